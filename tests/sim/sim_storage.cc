#include "tests/sim/sim_storage.h"

#include <algorithm>
#include <cerrno>

namespace flexstock::sim {

class SimFile final : public StorageFile {
 public:
  SimFile(SimStorage& storage, std::shared_ptr<SimStorage::File> file)
      : storage_(storage), file_(std::move(file)), life_(storage.life_) {}

  IoResult ReadAt(std::uint64_t offset, std::span<std::byte> bytes) override {
    if (dead()) return {.error = EIO};
    if (const auto fault = storage_.Begin(Op::kRead); fault || storage_.crashed_) return {.error = EIO};
    const std::vector<std::byte>& all = file_->cached;
    if (offset >= all.size()) return {};
    const std::size_t count = std::min<std::uint64_t>(bytes.size(), all.size() - offset);
    std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(offset), count, bytes.begin());
    return {.count = count};
  }
  IoResult WriteAt(std::uint64_t offset, std::span<const std::byte> bytes) override {
    return dead() ? IoResult{.error = EIO} : storage_.Write(*file_, offset, bytes);
  }
  int Sync() override { return dead() ? EIO : storage_.Sync(*file_); }
  int Size(std::uint64_t* size) override {
    if (dead() || storage_.crashed_ || storage_.Begin(Op::kOther)) return EIO;
    *size = file_->cached.size();
    return 0;
  }

 private:
  [[nodiscard]] bool dead() const { return life_ != storage_.life_; }

  SimStorage& storage_;
  std::shared_ptr<SimStorage::File> file_;
  std::uint64_t life_;
};

class SimLock final : public StorageLock {
 public:
  SimLock(SimStorage& storage, std::string path) : storage_(storage), path_(std::move(path)), life_(storage.life_) {}
  ~SimLock() override {
    if (life_ == storage_.life_) storage_.locked_.erase(path_);
  }
  SimLock(const SimLock&) = delete;
  SimLock& operator=(const SimLock&) = delete;

 private:
  SimStorage& storage_;
  std::string path_;
  std::uint64_t life_;
};

std::optional<FaultKind> SimStorage::Begin(Op op) {
  if (record != nullptr) record->push_back(op);
  const std::uint64_t number = operations_++;
  const auto fault =
      std::find_if(faults_.begin(), faults_.end(), [number](const Fault& armed) { return armed.at == number; });
  if (fault == faults_.end()) return std::nullopt;
  if (fault->kind == FaultKind::kSlow) {
    delay_ms_ += static_cast<Millis>(1 + random_.Below(10'000));
    return std::nullopt;
  }
  ++failures_;
  if (fault->kind == FaultKind::kCrash) crashed_ = true;
  return fault->kind;
}

// ---- Names --------------------------------------------------------------------------------------------------------

int SimStorage::MakeDirectory(const std::string&) { return crashed_ || Begin(Op::kOther) ? EIO : 0; }

int SimStorage::List(const std::string& path, std::vector<std::string>* names) {
  if (crashed_ || Begin(Op::kOther)) return EIO;
  names->clear();
  for (const auto& [name, file] : names_) {
    if (name.size() > path.size() + 1 && name.compare(0, path.size() + 1, path + "/") == 0) {
      names->push_back(name.substr(path.size() + 1));
    }
  }
  return 0;
}

int SimStorage::Open(const std::string& path, OpenMode mode, std::unique_ptr<StorageFile>* file) {
  if (crashed_) return EIO;
  const auto known = names_.find(path);
  if (mode == OpenMode::kCreate) {
    if (const int error = Change(Op::kCreate, {.name = path, .from = {}, .file = std::make_shared<File>()});
        error != 0) {
      return error;
    }
  } else if (known == names_.end()) {
    return ENOENT;
  } else if (Begin(Op::kOther)) {
    return EIO;
  }
  *file = std::make_unique<SimFile>(*this, names_.at(path));
  return 0;
}

int SimStorage::Rename(const std::string& from, const std::string& to) {
  if (crashed_) return EIO;
  const auto known = names_.find(from);
  if (known == names_.end()) return ENOENT;
  return Change(Op::kRename, {.name = to, .from = from, .file = known->second});
}

int SimStorage::Remove(const std::string& path) {
  if (crashed_) return EIO;
  if (names_.find(path) == names_.end()) return ENOENT;
  return Change(Op::kRemove, {.name = path, .from = {}, .file = nullptr});
}

int SimStorage::Change(Op op, NameChange change) {
  const std::optional<FaultKind> fault = Begin(op);
  if (fault && *fault != FaultKind::kCrash) return *fault == FaultKind::kNoSpace ? ENOSPC : EIO;
  if (!fault || random_.OneIn(2)) {
    Apply(change, &names_);
    changes_.push_back(std::move(change));
  }
  return fault ? EIO : 0;
}

void SimStorage::Apply(const NameChange& change, Names* names) {
  if (!change.from.empty()) names->erase(change.from);
  if (change.file == nullptr) {
    names->erase(change.name);
  } else {
    (*names)[change.name] = change.file;
  }
}

int SimStorage::SyncDirectory(const std::string&) {
  if (crashed_) return EIO;
  if (const std::optional<FaultKind> fault = Begin(Op::kSyncDirectory)) return EIO;
  durable_names_ = names_;
  changes_.clear();
  return 0;
}

int SimStorage::Lock(const std::string& path, std::unique_ptr<StorageLock>* lock) {
  if (crashed_ || Begin(Op::kOther)) return EIO;
  if (!locked_.insert(path).second) return EWOULDBLOCK;
  try {
    *lock = std::make_unique<SimLock>(*this, path);
  } catch (...) {
    locked_.erase(path);
    throw;
  }
  return 0;
}

// ---- Bytes --------------------------------------------------------------------------------------------------------

std::uint64_t SimStorage::Used() const {
  std::uint64_t used = 0;
  for (const auto& [name, file] : names_) used += file->cached.size();
  return used;
}

IoResult SimStorage::Write(File& file, std::uint64_t offset, std::span<const std::byte> bytes) {
  if (crashed_) return {.error = EIO};
  const std::optional<FaultKind> fault = Begin(Op::kWrite);
  if (fault == FaultKind::kError) return {.error = EIO};
  if (fault == FaultKind::kNoSpace) return {.error = ENOSPC};
  std::size_t count = bytes.size();
  if (fault) count = random_.Below(bytes.size() + (*fault == FaultKind::kCrash ? 1 : 0));
  if (offset + count > file.cached.size()) {
    const std::uint64_t grows = offset + count - file.cached.size();
    const std::uint64_t used = Used();
    if (used + grows > space_) {
      ++failures_;
      const std::uint64_t end = file.cached.size() + (space_ - std::min(space_, used));
      if (end <= offset) return {.error = ENOSPC};
      count = static_cast<std::size_t>(end - offset);
    }
    file.cached.resize(std::max<std::uint64_t>(file.cached.size(), offset + count));
  }
  std::copy_n(bytes.begin(), count, file.cached.begin() + static_cast<std::ptrdiff_t>(offset));
  for (std::uint64_t sector = offset / kSector; sector * kSector < offset + count; ++sector) file.dirty.insert(sector);
  if (fault == FaultKind::kCrash) return {.error = EIO};
  return {.count = count};
}

void SimStorage::CarryOver(File& file, std::uint64_t sector) {
  const std::uint64_t begin = sector * kSector;
  const std::uint64_t end = std::min<std::uint64_t>(begin + kSector, file.cached.size());
  if (begin >= end) return;
  if (file.durable.size() < end) file.durable.resize(end);
  std::copy(file.cached.begin() + static_cast<std::ptrdiff_t>(begin),
            file.cached.begin() + static_cast<std::ptrdiff_t>(end),
            file.durable.begin() + static_cast<std::ptrdiff_t>(begin));
}

int SimStorage::Sync(File& file) {
  if (crashed_) return EIO;
  const std::optional<FaultKind> fault = Begin(Op::kSync);
  // A crash in the middle, or an error: some sectors have made it.
  for (const std::uint64_t sector : file.dirty) {
    if (!fault || random_.OneIn(2)) CarryOver(file, sector);
  }
  // After a failed sync the system forgets that the pages are dirty, and the next sync says that all is well.
  if (fault != FaultKind::kCrash) file.dirty.clear();
  return fault ? EIO : 0;
}

// ---- Crashes ------------------------------------------------------------------------------------------------------

void SimStorage::Reboot() {
  crashed_ = false;
  ++life_;
  locked_.clear();
  faults_.clear();
}

void SimStorage::Kill() { Reboot(); }

void SimStorage::PowerLoss(Loss loss) {
  // Names, each in its own order: what follows a lost change of a name is lost, too.
  std::set<std::string> stuck;
  for (const NameChange& change : changes_) {
    const bool possible = stuck.count(change.name) == 0 && (change.from.empty() || stuck.count(change.from) == 0);
    const bool kept = possible && loss != Loss::kAll && (loss == Loss::kNone || random_.OneIn(2));
    if (kept) {
      Apply(change, &durable_names_);
    } else {
      stuck.insert(change.name);
      if (!change.from.empty()) stuck.insert(change.from);
    }
  }
  changes_.clear();

  std::set<File*> files;
  for (const Names* names : {&names_, &durable_names_}) {
    for (const auto& [name, file] : *names) files.insert(file.get());
  }
  std::vector<File*> in_order;  // of names, not of addresses: the same each time
  for (const Names* names : {&names_, &durable_names_}) {
    for (const auto& [name, file] : *names) {
      if (files.erase(file.get()) != 0) in_order.push_back(file.get());
    }
  }
  for (File* file : in_order) {
    for (const std::uint64_t sector : file->dirty) {
      if (loss == Loss::kAll) continue;
      if (loss == Loss::kNone || random_.OneIn(2)) CarryOver(*file, sector);
      if (loss == Loss::kTorn && random_.OneIn(4)) {
        const std::uint64_t begin = sector * kSector;
        for (std::uint64_t at = begin; at < std::min<std::uint64_t>(begin + kSector, file->durable.size()); ++at) {
          file->durable[at] = static_cast<std::byte>(random_.Next());
        }
      }
    }
    file->dirty.clear();
    file->cached = file->durable;
  }
  names_ = durable_names_;
  Reboot();
}

// ---- Damage -------------------------------------------------------------------------------------------------------

std::vector<SimStorage::Listed> SimStorage::Files() const {
  std::vector<Listed> files;
  for (const auto& [name, file] : names_) files.push_back({name, file->cached.size()});
  return files;
}

void SimStorage::FlipBit(const std::string& path, std::uint64_t bit) {
  File& file = *names_.at(path);
  for (std::vector<std::byte>* bytes : {&file.cached, &file.durable}) {
    if (bit / 8 < bytes->size()) (*bytes)[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
  }
}

void SimStorage::Truncate(const std::string& path, std::uint64_t size) {
  File& file = *names_.at(path);
  for (std::vector<std::byte>* bytes : {&file.cached, &file.durable}) {
    bytes->resize(std::min<std::uint64_t>(bytes->size(), size));
  }
}

void SimStorage::RemoveFile(const std::string& path) {
  names_.erase(path);
  durable_names_.erase(path);
}

void SimStorage::LosePage(const std::string& path, std::uint64_t to, std::optional<std::uint64_t> from) {
  File& file = *names_.at(path);
  PutPage(file, to, from ? &file : nullptr, from.value_or(0));
}

void SimStorage::OverwritePage(const std::string& path, std::uint64_t to, const std::string& other,
                               std::uint64_t from) {
  PutPage(*names_.at(path), to, names_.at(other).get(), from);
}

// No file, and what lies behind its end: zeros.
void SimStorage::PutPage(File& file, std::uint64_t to, const File* other, std::uint64_t from) {
  const std::size_t size = std::min(file.cached.size(), file.durable.size());
  for (std::uint64_t i = 0; i < kPage && to + i < size; ++i) {
    const bool there = other != nullptr && from + i < other->cached.size();
    file.cached[to + i] = file.durable[to + i] = there ? other->cached[from + i] : std::byte{0};
  }
}

const std::vector<std::byte>& SimStorage::Bytes(const std::string& path) const { return names_.at(path)->cached; }

std::unique_ptr<SimStorage> SimStorage::Copy() const {
  auto copy = std::make_unique<SimStorage>(0);
  copy->random_ = random_;
  copy->space_ = space_;
  // A file has several names, or a name on each side: it is copied once.
  std::map<const File*, std::shared_ptr<File>> copies;
  const auto copied = [&](const std::shared_ptr<File>& file) {
    if (file == nullptr) return file;
    std::shared_ptr<File>& known = copies[file.get()];
    if (known == nullptr) known = std::make_shared<File>(*file);
    return known;
  };
  for (const auto& [name, file] : names_) copy->names_[name] = copied(file);
  for (const auto& [name, file] : durable_names_) copy->durable_names_[name] = copied(file);
  for (const NameChange& change : changes_) copy->changes_.push_back({change.name, change.from, copied(change.file)});
  return copy;
}

}  // namespace flexstock::sim
