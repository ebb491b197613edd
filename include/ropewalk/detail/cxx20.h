#pragma once

// Every public header includes this, directly or not, before it declares anything.
#if __cplusplus < 202002L
#error "Ropewalk needs C++20: compile with -std=c++20"
#include <C++20>  // There is no such file: the compiler stops here, without a list of further errors.
#endif
