"""What our web server serves, in each of its processes."""

from digest import wsgi
from digest.serving.guard import Guard
from digest.serving.server import end_with_parent
from papers import database

PATIENCE = 5  # seconds: few threads serve all pages, and one that waits for a lock serves none

end_with_parent()
database.wait_no_longer(PATIENCE)
application = Guard(wsgi.application)
