// Asks the system about the standard error stream.
#include "dlis/base/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace dlis {

bool stderr_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }

int stderr_columns() {
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

}  // namespace dlis
