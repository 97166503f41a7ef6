#include "tools/common/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace flexstock::tools {

void HoldStandardStreams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest number that is free, which is this one; and in the wrong direction.
    const int direction = stream == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (::open("/dev/null", direction) != stream) ::_exit(1);  // there is nobody to tell, and going on is dangerous
  }
}

void Say(std::string_view text) { (void)std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace flexstock::tools
