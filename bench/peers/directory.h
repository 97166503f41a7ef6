// Directory: a place for servers' and journals' files, gone with everything in it when this is.
#pragma once

#include <string>

namespace flexstock::bench::peers {

class Directory {
 public:
  // A new one within `where`; "": within the system's directory for temporary files. Throws Failure.
  explicit Directory(const std::string& where);
  ~Directory();
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  [[nodiscard]] std::string Path(const std::string& name) const { return path_ + "/" + name; }
  // True if what is written there is only memory: then nothing there is durable, and syncs cost nothing.
  [[nodiscard]] bool InMemory() const;

 private:
  std::string path_;
};

}  // namespace flexstock::bench::peers
