"""What Git's words mean, without asking Git: URLs, revisions, paths and patterns.

Comes in: text that somebody wrote into a manifest or sent to a webhook. Goes out: values that have
passed a check, or the finding that says why not. Apart from the store, which only asks for what has
passed here; nothing of it is ever handed to a program or a server unchecked.
"""
