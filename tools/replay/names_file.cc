#include "tools/replay/names_file.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <cerrno>
#include <cstring>
#include <span>

#include "tools/replay/log_reader.h"
#include "tools/replay/running_hash.h"

namespace flexstock::replay {

namespace {

constexpr const char* kName = "/replay-names";
constexpr const char* kBegunName = "/replay-names.new";

int WriteAll(StorageFile& file, std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const IoResult written = file.WriteAt(offset, std::as_bytes(std::span(bytes)));
    if (written.error != 0) return written.error;
    offset += written.count;
    bytes.remove_prefix(written.count);
  }
  return 0;
}

// Writes to a new file of that name. If it cannot be made, every write says why.
std::unique_ptr<Output> ToNewFile(Storage& files, const std::string& path, const std::string& shown) {
  std::unique_ptr<StorageFile> opened;
  const int error = files.Open(path, OpenMode::kCreate, &opened);
  const std::shared_ptr<StorageFile> file = std::move(opened);
  auto output = std::make_unique<Output>(
      shown,
      [file, error, offset = std::uint64_t{0}](std::string_view bytes) mutable {
        if (file == nullptr) return error;
        const std::uint64_t at = offset;
        offset += bytes.size();
        return WriteAll(*file, at, bytes);
      },
      [] { return 0; }, [file] { return file == nullptr ? 0 : file->Sync(); });
  output->StartHash({});
  return output;
}

ByteSource ReadFile(StorageFile& file) {
  return [&file, offset = std::uint64_t{0}](std::span<char> room) mutable -> ssize_t {
    const IoResult read = file.ReadAt(offset, std::as_writable_bytes(room));
    offset += read.count;
    errno = read.error;
    return read.error != 0 ? -1 : static_cast<ssize_t>(read.count);
  };
}

}  // namespace

NamesFile::NamesFile(Storage& files, const std::string& dir)
    : files_(files), dir_(dir), output_(ToNewFile(files, dir + kBegunName, dir + kName)) {}

void NamesFile::AddOrder(std::uint64_t serial, std::string_view name) {
  *output_ << R"({"serial":)" << static_cast<std::int64_t>(serial) << R"(,"order":)";
  output_->Quoted(name) << "}\n";
}

void NamesFile::AddProduct(std::int64_t product) { *output_ << R"({"product":)" << product << "}\n"; }

int NamesFile::Sync(const Reached& reached) {
  if (in_place_ && reached.line == marked_) return output_->error();
  const std::uint64_t check = output_->digest();
  *output_ << R"({"line":)" << static_cast<std::int64_t>(reached.line) << R"(,"at":)" << reached.at_ms << R"(,"log":)"
           << static_cast<std::int64_t>(reached.digest) << R"(,"check":)" << static_cast<std::int64_t>(check) << "}\n";
  if (!output_->Sync()) return output_->error();
  marked_ = reached.line;
  if (in_place_) return 0;
  if (const int error = files_.Rename(dir_ + kBegunName, dir_ + kName); error != 0) return output_->Fail(error);
  if (const int error = files_.SyncDirectory(dir_); error != 0) return output_->Fail(error);
  in_place_ = true;
  return 0;
}

std::string ReadNames(Storage& files, const std::string& dir, const NamesVisitor& visitor, Reached* reached) {
  const std::string path = dir + kName;
  const std::string remedy = "run the whole log once, and it is made anew";
  std::unique_ptr<StorageFile> file;
  if (const int error = files.Open(path, OpenMode::kRead, &file); error == ENOENT) {
    return fmt::format("{} is missing, which has the orders' names: {}", path, remedy);
  } else if (error != 0) {
    return fmt::format("cannot read {}: {}", path, std::strerror(error));
  }
  LogReader reader(ReadFile(*file));
  simdjson::dom::parser parser;
  RunningHash hash;
  LogReader::Step step{};
  while ((step = reader.Next()) == LogReader::Step::kLine && !reader.torn()) {
    const std::string_view text = reader.text();
    simdjson::dom::element entry;
    if (parser.parse(text.data(), text.size(), false).get(entry) != simdjson::SUCCESS) break;
    std::uint64_t line = 0, digest = 0, check = 0, serial = 0;
    std::int64_t product = 0, at_ms = 0;
    std::string_view name;
    if (entry["order"].get(name) == simdjson::SUCCESS && entry["serial"].get(serial) == simdjson::SUCCESS) {
      if (name.empty() || name.size() > NameArena::kNameMax) break;
      visitor.order(serial, name);
    } else if (entry["product"].get(product) == simdjson::SUCCESS) {
      visitor.product(product);
    } else if (entry["line"].get(line) != simdjson::SUCCESS || entry["at"].get(at_ms) != simdjson::SUCCESS ||
               entry["log"].get(digest) != simdjson::SUCCESS || entry["check"].get(check) != simdjson::SUCCESS ||
               check != hash.value()) {
      break;
    } else if (line == reached->line && digest == reached->digest) {
      reached->at_ms = at_ms;
      return "";
    }
    hash.Add(text);
    hash.Add("\n");
  }
  if (step == LogReader::Step::kFailed) return fmt::format("cannot read {}: {}", path, std::strerror(errno));
  return fmt::format("{}: at line {}: it is damaged, or does not belong to the journal: {}", path, reader.number(),
                     remedy);
}

}  // namespace flexstock::replay
