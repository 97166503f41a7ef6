#include "engine/journal/directory.h"

#include <algorithm>
#include <utility>

#include "engine/journal/segments.h"

namespace flexstock::journal {
namespace {

std::string ReadHeader(Storage& storage, const std::string& path, FileHeader* header) {
  std::unique_ptr<StorageFile> file;
  if (const int error = storage.Open(path, OpenMode::kRead, &file); error != 0) return IoProblem("open", path, error);
  std::byte bytes[kFileHeaderBytes];
  const IoResult read = file->ReadAt(0, bytes);
  if (read.error != 0) return IoProblem("read", path, read.error);
  std::uint64_t hash = 0;
  const std::string problem = TakeFileHeader(std::span(bytes).first(read.count), header, &hash);
  return problem.empty() ? "" : path + ": at 0: " + problem;
}

// Empty if `header` may stand beside `like`.
std::string Compare(const FileHeader& like, const FileHeader& header) {
  if (header.engine != like.engine) return "it belongs to another journal: move it out of this directory";
  const bool same = header.shards == like.shards && header.order_lot_bits == like.order_lot_bits &&
                    header.product_lot_bits == like.product_lot_bits;
  return same ? "" : "its header contradicts the other files: move it out of this directory";
}

}  // namespace

std::string ReadDirectory(Storage& storage, const std::string& path, Directory* directory) {
  std::vector<std::string> names;
  if (const int error = storage.List(path, &names); error != 0) return IoProblem("list", path, error);
  for (const std::string& name : names) {
    std::uint64_t number = 0;
    if (IsSegmentName(name, &number)) directory->segments.push_back(number);
    if (IsSnapshotName(name, &number)) directory->snapshots.push_back(number);
    if (IsLeftover(name)) directory->leftovers.push_back(name);
  }
  std::sort(directory->segments.begin(), directory->segments.end());
  std::sort(directory->snapshots.begin(), directory->snapshots.end());
  directory->is_new = directory->segments.empty() && directory->snapshots.empty();
  if (directory->is_new) return {};
  if (directory->segments.empty()) {
    return path + "/" + SegmentName(1) + ": it is missing, and so are all segments: there is a snapshot alone";
  }

  bool first = true;
  const auto check = [&](const std::string& name, FileKind kind, std::uint64_t number) -> std::string {
    const std::string file = path + "/" + name;
    FileHeader header;
    if (std::string problem = ReadHeader(storage, file, &header); !problem.empty()) return problem;
    if (header.kind != kind || (kind == FileKind::kSegment && header.number != number)) {
      return file +
             ": at 0: its header is that of another file: it was renamed or replaced: give it its name, or move it out "
             "of this directory";
    }
    if (first) directory->like = header;
    first = false;
    if (std::string problem = Compare(directory->like, header); !problem.empty()) return file + ": at 0: " + problem;
    return {};
  };
  std::string problem;  // the first
  const auto note = [&](std::string found) {
    if (problem.empty()) problem = std::move(found);
  };
  for (const std::uint64_t number : directory->segments) note(check(SegmentName(number), FileKind::kSegment, number));
  for (const Epoch epoch : directory->snapshots) note(check(SnapshotName(epoch), FileKind::kSnapshot, epoch));
  return problem;
}

std::string ReadWhole(StorageFile& file, const std::string& path, std::uint64_t offset, std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const IoResult read = file.ReadAt(offset, bytes);
    if (read.error != 0) return IoProblem("read", path, read.error);
    if (read.count == 0) return path + ": at " + std::to_string(offset) + ": the file ends here, it has been cut";
    offset += read.count;
    bytes = bytes.subspan(read.count);
  }
  return {};
}

}  // namespace flexstock::journal
