// Part of each libFuzzer target: it begins with its own corpus, unless it is given folders or files.
#include <vector>

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  for (int i = 1; i < *argc; ++i) {
    if ((*argv)[i][0] != '-') return 0;
  }
  static char corpus[] = FLEXSTOCK_CORPUS;
  static std::vector<char*> arguments(*argv, *argv + *argc);
  arguments.push_back(corpus);
  arguments.push_back(nullptr);
  *argc += 1;
  *argv = arguments.data();
  return 0;
}
