// Foreign exceptions become errors where they enter.
#pragma once
#include <c10/util/Exception.h>

#include <string>

#include "dlis/base/result.h"

namespace dlis::train {

template <class F>
auto guarded(const char* what, F&& body) -> decltype(body()) {
  try {
    return body();
  } catch (const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    if (text.find("out of memory") != std::string::npos)
      return fail("the device has too little memory", what, "train with a smaller batch");
    return fail(text.substr(0, text.find('\n')), what, "");
  } catch (const std::exception& error) {
    return fail(error.what(), what, "");
  }
}

}  // namespace dlis::train
