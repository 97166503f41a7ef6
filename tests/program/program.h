// Program: runs a program as its users do, in a directory of the test's own.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace flexstock::program {

struct Ran {
  int exit_code = -1;  // -1: it did not exit by itself
  std::string out, err;
};

class Directory {
 public:
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "flexstock-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "cannot make " << name;
    path_ = name;
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  // "" if there is no such file.
  [[nodiscard]] std::string Text(const std::string& name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
  }

  // `command` as a shell takes it, in the directory.
  [[nodiscard]] Ran Run(const std::string& command) const {
    const std::string whole = "cd '" + path_.string() + "' && { " + command + "; } >'" + (path_ / ".out").string() +
                              "' 2>'" + (path_ / ".err").string() + "'";
    const int status = std::system(whole.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, Text(".out"), Text(".err")};
  }

 private:
  std::filesystem::path path_;
};

}  // namespace flexstock::program
