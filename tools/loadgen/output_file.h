// OutputFile: a file that a run writes its result to, opened before the run, so that a bad path costs nobody a run.
//
// What goes wrong is kept: from then on nothing more is written, and Close() says it.
#pragma once

#include <fstream>
#include <string>
#include <string_view>

namespace flexstock::loadgen {

class OutputFile {
 public:
  // Creates or empties it.
  explicit OutputFile(const std::string& path);

  void Write(std::string_view text);
  // Something else is wrong with what was to be written. Of several reasons the first is told.
  void Fail(const std::string& reason);
  // Writes what waits, and closes: nothing can be written afterwards. "", or "PATH: what went wrong".
  std::string Close();

  // The same, so far: from the beginning, whether it could be opened.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  std::string path_;
  std::ofstream file_;
  std::string problem_;
};

}  // namespace flexstock::loadgen
