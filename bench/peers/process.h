// Process: another program, run for as long as this object lives.
//
// It is stopped by its id when this ends, and by the system if this process is killed: no server is left behind. A
// process group of its own: Ctrl-C on the terminal reaches us, and we stop it when nobody talks to it any more.
#pragma once

#include <sys/types.h>

#include <csignal>
#include <functional>
#include <string>
#include <vector>

namespace flexstock::bench::peers {

struct Command {
  std::vector<std::string> words;  // the program's path first
  std::string directory;           // where it runs
  std::string log;                 // the file that gets all it prints
  uid_t user = 0;                  // who runs it, where we are root; else it is run by us
  gid_t group = 0;
  int stop_signal = SIGTERM;
};

class Process {
 public:
  // Throws Failure if it cannot be started.
  explicit Process(Command command);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Until it has ended. Throws Failure, with the end of its log, if it did not go well.
  void WaitForEnd();
  // Until ready() is true. Throws Failure, with the end of its log, if it ends before, or if it takes half a minute.
  void WaitUntil(const std::function<bool()>& ready);

 private:
  [[noreturn]] void Fail(const std::string& what) const;
  // True once it has ended; its status is then known.
  bool Ended(bool wait);

  const Command command_;
  pid_t id_ = 0;
  bool ended_ = false;
  int status_ = 0;
};

}  // namespace flexstock::bench::peers
