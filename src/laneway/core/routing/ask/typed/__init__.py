"""A request as a person types or pastes it -> a Request, or what of it is not understood.

A curl command as it is copied from a page or a terminal, `METHOD /path`, or a plain URL. Nothing is
guessed: what a shell or a file would fill in is named, at its place in the text.
"""
