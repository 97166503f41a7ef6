// OutputFile: a file that a run writes its result to. It is opened before the run, so that a bad path costs nobody a
// run, and written when the result is there: until Close() a file that was there before stays as it was, and of one
// that was not there nothing is left if there is no Close().
//
// What goes wrong is kept: from then on nothing more is written, and Close() says it.
#pragma once

#include <fstream>
#include <string>
#include <string_view>

namespace flexstock::loadgen {

class OutputFile {
 public:
  // Creates it if it is not there.
  explicit OutputFile(const std::string& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // Gathered in memory.
  void Write(std::string_view text);
  // Something else is wrong with what was to be written. Of several reasons the first is told.
  void Fail(const std::string& reason);
  // Writes it all in place of what was there; nothing can be written afterwards. "", or "PATH: what went wrong".
  std::string Close();

  // The same, so far: from the beginning, whether it could be opened.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  std::string path_;
  bool created_;
  std::ofstream opened_;  // for as long as nothing is written; what reads from a pipe sees no end meanwhile
  std::string text_;
  std::string problem_;
};

}  // namespace flexstock::loadgen
