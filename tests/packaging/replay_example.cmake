# cmake -D README=README.md -D REPLAY=flexstock-replay -D WORK=DIR -P replay_example.cmake
#
# Replays README's log, and compares results and events with what README says.
foreach(name day results events)
  set(BLOCK "json ${name}.jsonl")
  set(FILE ${WORK}/readme/${name}.jsonl)
  include(${CMAKE_CURRENT_LIST_DIR}/extract_block.cmake)
endforeach()
execute_process(COMMAND_ERROR_IS_FATAL ANY
  COMMAND ${REPLAY} readme/day.jsonl --results results.jsonl --events events.jsonl WORKING_DIRECTORY ${WORK})
foreach(name results events)
  execute_process(COMMAND_ERROR_IS_FATAL ANY
    COMMAND diff -u readme/${name}.jsonl ${name}.jsonl WORKING_DIRECTORY ${WORK})
endforeach()
