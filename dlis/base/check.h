// Assertions: the programmer is wrong. They never judge user input.
#pragma once
#include <cassert>

#define DLIS_ASSERT(condition) assert(condition)
