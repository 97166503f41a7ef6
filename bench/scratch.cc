#include "bench/scratch.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace flexstock::bench {
namespace {

// The exit status of the child, which leads its process group; all of it is killed when this process is asked to end.
// Nobody of the group is left then who could still write.
int Watch(pid_t child, const sigset_t& watched) {
  for (;;) {
    int signal = 0, status = 0;
    ::sigwait(&watched, &signal);
    if (signal == SIGCHLD) {
      if (::waitpid(child, &status, WNOHANG) != child) continue;
      return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    ::kill(-child, SIGKILL);
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
    return 128 + signal;
  }
}

}  // namespace

int InScratch(const std::string& parent, const std::function<int(const std::string& directory)>& work) {
  std::error_code error;
  std::filesystem::create_directories(parent, error);
  std::string directory = parent + "/durable-XXXXXX";
  if (error || ::mkdtemp(directory.data()) == nullptr) {
    std::fprintf(stderr, "no directory can be made in %s: %s; --dir names another\n", parent.c_str(),
                 error ? error.message().c_str() : std::generic_category().message(errno).c_str());
    return 1;
  }
  sigset_t watched, before;
  ::sigemptyset(&watched);
  for (const int signal : {SIGCHLD, SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&watched, signal);
  ::sigprocmask(SIG_BLOCK, &watched, &before);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // children of children can be waited for
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    std::exit(work(directory));
  }
  if (child > 0) ::setpgid(child, child);  // both do: whoever comes first
  const int status = child < 0 ? 1 : Watch(child, watched);
  std::filesystem::remove_all(directory, error);
  if (error) std::fprintf(stderr, "%s cannot be removed: %s\n", directory.c_str(), error.message().c_str());
  return status;
}

}  // namespace flexstock::bench
