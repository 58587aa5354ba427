"""The application, for a WSGI server. Production unless CONCORD_MODE says demo."""

from service.app import create_app
from service.running import memory
from service.running.children import end_with_parent
from service.settings import Settings

end_with_parent()
app = create_app(Settings.from_env())
memory.settle()
