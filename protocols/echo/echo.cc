#include "ropewalk/echo.h"

namespace ropewalk::echo {

void Echo::dataReceived(std::string_view data) { transport->write(data); }

}  // namespace ropewalk::echo
