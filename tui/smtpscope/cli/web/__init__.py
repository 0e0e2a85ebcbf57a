"""The browser in a web page: textual-serve's terminal and protocol, with our own page, access checks and processes.

Why not its `Server`: its page loads a font from the internet, it answers any request, and it starts the program through
a shell.
"""
