#include "tools/journal/private_view.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace flexstock::journal_tool {
namespace {

constexpr std::uint64_t kPage = 4096;

class NoLock final : public StorageLock {};

}  // namespace

// A file: pages that were written, over what is below.
class PrivateView::Content {
 public:
  // `below`: nullptr for a new file.
  explicit Content(std::unique_ptr<StorageFile> below) : below_(std::move(below)) {}

  int Open() { return below_ == nullptr ? 0 : below_->Size(&size_); }

  IoResult Read(std::uint64_t offset, std::span<std::byte> bytes) {
    const std::lock_guard lock(mutex_);
    if (offset >= size_) return {};
    bytes = bytes.first(std::min<std::uint64_t>(bytes.size(), size_ - offset));
    if (pages_.empty() && below_ != nullptr) return below_->ReadAt(offset, bytes);
    for (std::size_t done = 0; done < bytes.size();) {
      const std::uint64_t at = offset + done;
      const std::size_t count = std::min<std::size_t>(bytes.size() - done, kPage - at % kPage);
      Page* page = nullptr;
      if (const int error = Find(at / kPage, /*make=*/false, &page); error != 0) return {.count = done, .error = error};
      std::memcpy(bytes.data() + done, page->data() + at % kPage, count);
      done += count;
    }
    return {.count = bytes.size()};
  }

  IoResult Write(std::uint64_t offset, std::span<const std::byte> bytes) {
    const std::lock_guard lock(mutex_);
    for (std::size_t done = 0; done < bytes.size();) {
      const std::uint64_t at = offset + done;
      const std::size_t count = std::min<std::size_t>(bytes.size() - done, kPage - at % kPage);
      Page* page = nullptr;
      if (const int error = Find(at / kPage, /*make=*/true, &page); error != 0) return {.count = done, .error = error};
      std::memcpy(page->data() + at % kPage, bytes.data() + done, count);
      done += count;
      size_ = std::max(size_, at + count);
    }
    return {.count = bytes.size()};
  }

  std::uint64_t size() {
    const std::lock_guard lock(mutex_);
    return size_;
  }

 private:
  using Page = std::array<std::byte, kPage>;

  int Find(std::uint64_t number, bool make, Page** page) {
    const auto found = pages_.find(number);
    if (found != pages_.end()) {
      *page = &found->second;
      return 0;
    }
    Page& fresh = make ? pages_[number] : passing_;
    *page = &fresh;
    fresh.fill(std::byte{0});
    for (std::size_t done = 0; below_ != nullptr && done < kPage;) {
      const IoResult read = below_->ReadAt(number * kPage + done, std::span(fresh).subspan(done));
      if (read.error != 0) {
        if (make) pages_.erase(number);
        return read.error;
      }
      if (read.count == 0) break;
      done += read.count;
    }
    return 0;
  }

  std::mutex mutex_;
  const std::unique_ptr<StorageFile> below_;
  std::map<std::uint64_t, Page> pages_;
  Page passing_{};  // one that is only read
  std::uint64_t size_ = 0;
};

class PrivateView::File final : public StorageFile {
 public:
  explicit File(std::shared_ptr<Content> content) : content_(std::move(content)) {}
  IoResult ReadAt(std::uint64_t offset, std::span<std::byte> bytes) override { return content_->Read(offset, bytes); }
  IoResult WriteAt(std::uint64_t offset, std::span<const std::byte> bytes) override {
    return content_->Write(offset, bytes);
  }
  int Sync() override { return 0; }
  int Size(std::uint64_t* size) override {
    *size = content_->size();
    return 0;
  }

 private:
  const std::shared_ptr<Content> content_;
};

int PrivateView::MakeDirectory(const std::string& path) {
  std::vector<std::string> names;
  return below_.List(path, &names);
}

int PrivateView::List(const std::string& path, std::vector<std::string>* names) {
  if (const int error = below_.List(path, names); error != 0) return error;
  const std::lock_guard lock(mutex_);
  std::erase_if(*names, [&](const std::string& name) { return names_.contains(path + "/" + name); });
  const std::string prefix = path + "/";
  for (const auto& [name, content] : names_) {
    if (content != nullptr && name.starts_with(prefix)) names->push_back(name.substr(prefix.size()));
  }
  return 0;
}

// Notes the file as one that may be written to.
int PrivateView::Find(const std::string& path, std::shared_ptr<Content>* content) {
  if (const auto found = names_.find(path); found != names_.end()) {
    *content = found->second;
    return *content == nullptr ? ENOENT : 0;
  }
  std::unique_ptr<StorageFile> file;
  if (const int error = below_.Open(path, OpenMode::kRead, &file); error != 0) return error;
  *content = std::make_shared<Content>(std::move(file));
  if (const int error = (*content)->Open(); error != 0) return error;
  names_[path] = *content;
  return 0;
}

int PrivateView::Open(const std::string& path, OpenMode mode, std::unique_ptr<StorageFile>* file) {
  const std::lock_guard lock(mutex_);
  if (mode == OpenMode::kRead && !names_.contains(path)) return below_.Open(path, mode, file);
  std::shared_ptr<Content> content;
  if (mode == OpenMode::kCreate) {
    content = names_[path] = std::make_shared<Content>(nullptr);
  } else if (const int error = Find(path, &content); error != 0) {
    return error;
  }
  *file = std::make_unique<File>(std::move(content));
  return 0;
}

int PrivateView::Rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Content> content;
  if (const int error = Find(from, &content); error != 0) return error;
  names_[from] = nullptr;
  names_[to] = std::move(content);
  return 0;
}

int PrivateView::Remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  names_[path] = nullptr;
  return 0;
}

int PrivateView::SyncDirectory(const std::string& /*path*/) { return 0; }

int PrivateView::Lock(const std::string& /*path*/, std::unique_ptr<StorageLock>* lock) {
  *lock = std::make_unique<NoLock>();
  return 0;
}

}  // namespace flexstock::journal_tool
