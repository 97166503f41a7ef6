#include "tools/loadgen/files.h"

#include <fmt/format.h>

#include <chrono>
#include <initializer_list>

#include "tools/loadgen/hdr_report.h"

namespace flexstock::loadgen {
namespace {

std::int64_t NowMs() {
  using std::chrono::system_clock;
  return std::chrono::duration_cast<std::chrono::milliseconds>(system_clock::now().time_since_epoch()).count();
}

void WriteTo(std::optional<OutputFile>* file, const std::string& text) {
  if (!file->has_value()) return;
  (*file)->Write(text);
  (*file)->Close();
}

}  // namespace

Files::Files(const FileNames& names) {
  if (!names.json.empty()) json_.emplace(names.json);
  if (!names.report.empty()) report_.emplace(names.report);
  if (!names.hgrm.empty()) hgrm_.emplace(names.hgrm);
  if (!names.hlog.empty()) hlog_.emplace(names.hlog, NowMs());
}

void Files::WriteJson(const std::string& text) { WriteTo(&json_, text); }
void Files::WriteReport(const std::string& page) { WriteTo(&report_, page); }

void Files::WriteLatencies(const Result& result) {
  if (hgrm_.has_value()) WriteTo(&hgrm_, PlacingHgrm(result));
  if (!hlog_.has_value()) return;
  WriteHdrLog(result, &*hlog_);
  hlog_->Close();
}

std::string Files::problem() const {
  const auto of = [](const char* option, const auto& file) {
    const bool fine = !file.has_value() || file->problem().empty();
    return fine ? "" : fmt::format("{} {}", option, file->problem());
  };
  for (std::string problem : {of("--json", json_), of("--report", report_), of("--hgrm", hgrm_), of("--hlog", hlog_)}) {
    if (!problem.empty()) return problem;
  }
  return "";
}

}  // namespace flexstock::loadgen
