#pragma once

#include <memory>
#include <string>

#include "ropewalk/factory.h"
#include "ropewalk/http/limits.h"

namespace testbed {

// The site of `testbed http`: static files under `root`, if there is one, and the routes that
// testers drive.
std::shared_ptr<ropewalk::Factory> webSite(const std::string& root,
                                           const ropewalk::http::Limits& limits);

// The site of `testbed http-echo`: any request is answered with its own body.
std::shared_ptr<ropewalk::Factory> echoSite(const ropewalk::http::Limits& limits);

}  // namespace testbed
