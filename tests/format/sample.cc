#include "tests/format/sample.h"

#include "tests/journal/shop.h"

namespace flexstock::format {

Options OptionsOf(const std::string& directory, Storage* storage) {
  Options options = journal::OptionsOn(storage, 4);
  options.products_max = 64;
  options.orders_max = 512;
  options.retention_ms = kRetention;
  options.policy = {};
  options.audiences = {Audience::kMember, Audience::kCustomer, Audience::kLogistics, Audience::kFeed};
  options.journal_dir = directory;
  return options;
}

}  // namespace flexstock::format
