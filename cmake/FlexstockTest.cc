// No code: see FlexstockTest.cmake. GoogleTest brings main().
