"""SMTP sessions word for word: what test tools, libraries and servers print or log of them."""
