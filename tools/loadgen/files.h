// Files: what a run was told to write besides its table. They are opened before it, so that a bad path costs nobody a
// run.
#pragma once

#include <optional>
#include <string>

#include "tools/loadgen/hdr_text.h"
#include "tools/loadgen/output_file.h"
#include "tools/loadgen/result.h"

namespace flexstock::loadgen {

// Where to; "": not.
struct FileNames {
  std::string json;    // everything, as JSON
  std::string report;  // as a page
  std::string hgrm;    // how long placing took, as HdrHistogram's plotters read it
  std::string hlog;    // the histograms of all calls, as HdrHistogram's log
};

// Of outputs one of which would be written over another, or over what the run reads (`input`, "": nothing): why not.
[[nodiscard]] std::string Clash(const FileNames& names, const std::string& input);

class Files {
 public:
  explicit Files(const FileNames& names);

  [[nodiscard]] bool wants_report() const { return report_.has_value(); }
  void WriteJson(const std::string& text);
  void WriteReport(const std::string& page);
  void WriteLatencies(const Result& result);

  // "", or the first file that is not as it should be, and why.
  [[nodiscard]] std::string problem() const;

 private:
  std::optional<OutputFile> json_, report_, hgrm_;
  std::optional<HdrLogWriter> hlog_;
};

}  // namespace flexstock::loadgen
