#include "bench/peers/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <thread>

#include "bench/peers/interrupt.h"
#include "bench/peers/peer.h"

namespace flexstock::bench::peers {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr auto kStartMax = std::chrono::seconds(30), kStopMax = std::chrono::seconds(10);
constexpr auto kLook = std::chrono::milliseconds(5);

constexpr int kNotStarted = 127;

// Between fork and exec: system calls and nothing else. Returns what failed.
const char* Become(const Command& command, char* const* words, pid_t parent) {
  ::setpgid(0, 0);
  if (::geteuid() == 0 && command.user != 0) {
    if (::setgroups(0, nullptr) != 0 || ::setgid(command.group) != 0 || ::setuid(command.user) != 0) {
      return "cannot become another user";
    }
  }
  // After the change of user, which would undo it. If the parent ended before, nobody would be told: it is looked for.
  if (::prctl(PR_SET_PDEATHSIG, command.stop_signal) != 0 || ::getppid() != parent) return "cannot end with the caller";
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0) return "cannot open /dev/null";
  if (::chdir(command.directory.c_str()) != 0) return "cannot enter its directory";
  ::execv(words[0], words);
  return "cannot be run";
}

[[noreturn]] void DieInChild(const char* what) {
  for (const char* text : {what, ": ", ::strerrordesc_np(errno), "\n"}) {
    if (::write(STDERR_FILENO, text, std::strlen(text)) < 0) break;
  }
  ::_exit(kNotStarted);
}

std::string Tail(const std::string& log) {
  constexpr std::size_t kShown = 2000;
  std::ifstream file(log);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return text.size() <= kShown ? text : "..." + text.substr(text.size() - kShown);
}

}  // namespace

Process::Process(Command command) : command_(std::move(command)) {
  std::vector<char*> words;
  // execv takes them as they were in C, and does not write to them.
  for (const std::string& word : command_.words) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  // Opened here, by whoever may write to the directory.
  const int log = ::open(command_.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log < 0) throw Failure(fmt::format("{}: {}", command_.log, std::strerror(errno)));
  const pid_t parent = ::getpid();
  id_ = ::fork();
  if (id_ == 0) {
    if (::dup2(log, STDOUT_FILENO) < 0 || ::dup2(log, STDERR_FILENO) < 0) ::_exit(kNotStarted);
    DieInChild(Become(command_, words.data(), parent));
  }
  const int error = errno;
  ::close(log);
  if (id_ < 0) throw Failure(fmt::format("{}: cannot be started: {}", command_.words[0], std::strerror(error)));
}

Process::~Process() {
  if (Ended(/*wait=*/false)) return;
  ::kill(id_, command_.stop_signal);
  for (const auto end = SteadyClock::now() + kStopMax; SteadyClock::now() < end;) {
    if (Ended(/*wait=*/false)) return;
    std::this_thread::sleep_for(kLook);
  }
  ::kill(id_, SIGKILL);
  (void)Ended(/*wait=*/true);
}

bool Process::Ended(bool wait) {
  if (ended_) return true;
  pid_t ended = 0;
  do ended = ::waitpid(id_, &status_, wait ? 0 : WNOHANG);
  while (ended < 0 && errno == EINTR);
  ended_ = ended != 0;
  return ended_;
}

void Process::WaitForEnd() {
  while (!Ended(/*wait=*/false)) {
    ThrowIfInterrupted();
    std::this_thread::sleep_for(kLook);
  }
  if (!WIFEXITED(status_) || WEXITSTATUS(status_) != 0) Fail("it failed");
}

void Process::WaitUntil(const std::function<bool()>& ready) {
  for (const auto end = SteadyClock::now() + kStartMax; !ready();) {
    ThrowIfInterrupted();
    if (Ended(/*wait=*/false)) Fail("it ended by itself");
    if (SteadyClock::now() >= end) Fail("it does not answer");
    std::this_thread::sleep_for(kLook);
  }
}

void Process::Fail(const std::string& what) const {
  throw Failure(fmt::format("{}: {}. It said:\n{}", fmt::join(command_.words, " "), what, Tail(command_.log)));
}

}  // namespace flexstock::bench::peers
