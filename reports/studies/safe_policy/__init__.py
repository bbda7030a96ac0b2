"""A study: is there a policy that is safe to switch on, on all traces and at all loads?"""
