#include "tools/loadgen/files.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <initializer_list>
#include <utility>

#include "tools/common/same_file.h"
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

std::string Clash(const FileNames& names, const std::string& input) {
  const std::array<std::pair<const char*, const std::string*>, 4> outputs = {
      {{"--json", &names.json}, {"--report", &names.report}, {"--hgrm", &names.hgrm}, {"--hlog", &names.hlog}}};
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const auto& [option, path] = outputs[i];
    if (path->empty() || tools::IsDeviceOrPipe(*path)) continue;
    if (!input.empty() && tools::SameFile(*path, input))
      return fmt::format("{} {} would overwrite what is read: give it another name", option, *path);
    for (std::size_t j = 0; j < i; ++j) {
      if (outputs[j].second->empty() || !tools::SameFile(*path, *outputs[j].second)) continue;
      return fmt::format("{} and {} both go to {}: give each a file of its own", outputs[j].first, option, *path);
    }
  }
  return "";
}

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
