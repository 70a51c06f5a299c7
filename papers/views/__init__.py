"""The public pages, a module a kind. They read no session and set no cookie, and are the same for everyone."""
