// Keys go to the terminal without a click first; when the session is over, to the button that opens it again.
"use strict";

addEventListener("DOMContentLoaded", () => {
  const again = document.getElementById("again");
  again.addEventListener("click", () => location.reload());
  let focused = null;
  new MutationObserver(() => {
    const marks = document.body.classList;
    const wanted = marks.contains("-closed")
      ? again
      : marks.contains("-first-byte")
        ? document.querySelector(".xterm-helper-textarea")
        : null;
    if (wanted !== focused) {
      focused = wanted;
      if (wanted) wanted.focus();
    }
  }).observe(document.body, { attributes: true, attributeFilter: ["class"] });
});
