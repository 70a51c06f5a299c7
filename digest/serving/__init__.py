"""How the site is reached: the web server, and the guard between it and the site."""
