"""What our web server serves, in each of its processes."""

from digest import wsgi
from digest.serving.guard import Guard
from digest.serving.server import end_with_parent

end_with_parent()
application = Guard(wsgi.application)
