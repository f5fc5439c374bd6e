/* Everything that crosses the line between host and module. C11, C++17, C++20.
 * Draft: until several modules and the cluster stand on it, anything here may still change. */
#ifndef SLUICE_ABI_SLUICE_H
#define SLUICE_ABI_SLUICE_H

#include "auth.h"
#include "clock.h"
#include "engine.h"
#include "events.h"
#include "frame.h"
#include "http.h"
#include "log.h"
#include "metrics.h"
#include "module.h"
#include "net.h"
#include "note.h"
#include "packager.h"
#include "registry.h"
#include "report.h"
#include "services.h"
#include "types.h"

#endif
