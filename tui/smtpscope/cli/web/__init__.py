"""The browser in a web page: textual-serve's terminal and protocol, with a page, a guard and processes of our own.

Why not its `Server`: its page loads a font from the internet, it answers whoever asks, and it starts the program
through a shell.
"""
