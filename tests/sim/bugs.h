// The deliberate bugs by name (engine/base/seeded_bugs.h).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/base/seeded_bugs.h"

namespace flexstock::sim {

inline const std::vector<std::pair<std::string, base::Bug>>& Bugs() {
  using base::Bug;
  static const std::vector<std::pair<std::string, Bug>> bugs = {
      {"skip_sync", Bug::kSkipSync},
      {"acknowledge_before_drain", Bug::kAcknowledgeBeforeDrain},
      {"close_epoch_before_data", Bug::kCloseEpochBeforeData},
      {"ignore_checksum", Bug::kIgnoreChecksum},
      {"forget_chain", Bug::kForgetChain},
      {"retry_failed_sync", Bug::kRetryFailedSync},
      {"drop_product_image", Bug::kDropProductImage},
      {"lose_key", Bug::kLoseKey},
      {"lose_deadline", Bug::kLoseDeadline},
      {"lose_event_position", Bug::kLoseEventPosition},
      {"replay_incomplete_epoch", Bug::kReplayIncompleteEpoch},
      {"remove_segment_too_early", Bug::kRemoveSegmentTooEarly},
      {"lose_position", Bug::kLosePosition},
      {"reuse_order_id", Bug::kReuseOrderId},
      {"forget_directory_sync", Bug::kForgetDirectorySync},
      {"trust_read_back", Bug::kTrustReadBack},
      {"ignore_chunk_number", Bug::kIgnoreChunkNumber},
      {"overlook_change", Bug::kOverlookChange},
      {"clear_dirty_bit", Bug::kClearDirtyBit},
      {"take_later_epoch", Bug::kTakeLaterEpoch},
      {"tell_before_durable", Bug::kTellBeforeDurable},
      {"snapshot_without_sync", Bug::kSnapshotWithoutSync},
      {"snapshot_name_not_synced", Bug::kSnapshotNameNotSynced},
      {"cut_at_damage", Bug::kCutAtDamage},
      {"leak_slots", Bug::kLeakSlots},
      {"forget_time", Bug::kForgetTime},
      {"begin_read_after_copy", Bug::kBeginReadAfterCopy},
      {"take_any_spare", Bug::kTakeAnySpare},
      {"leave_hole", Bug::kLeaveHole},
      {"keep_position", Bug::kKeepPosition},
      {"forget_untold", Bug::kForgetUntold},
      {"hold_back", Bug::kHoldBack},
      {"tell_unconfirmed", Bug::kTellUnconfirmed},
  };
  return bugs;
}

inline constexpr const char* kNoBug = "none";

inline std::vector<std::string> BugNames() {
  std::vector<std::string> names = {kNoBug};
  for (const auto& [name, bug] : Bugs()) names.push_back(name);
  return names;
}

// False: this build has none. kNoBug: none is turned on.
inline bool SeedBug([[maybe_unused]] const std::string& name) {
#ifdef FLEXSTOCK_SEEDED_BUGS
  for (const auto& [known, bug] : Bugs()) {
    if (known == name) base::seeded_bug = bug;
  }
  return true;
#else
  return false;
#endif
}

}  // namespace flexstock::sim
