// The public API of the run-time part, what a device links (libdlis_device.a): load a `.dlis` file,
// run it. dlis.h has the same and everything of the host; dlis_c.h is for C and other languages.
//
//   auto started = dlis::start_file("net.dlis", {.threads = 4});
//   auto session = dlis::Session::open(started->plan);
//   session->run(inputs, outputs);  // bytes of the caller's; takes nothing from the heap
#pragma once
#include "dlis/base/clock.h"           // now_ms
#include "dlis/base/file.h"            // read_file, write_file_atomic
#include "dlis/base/file_lock.h"       // FileLock
#include "dlis/base/process.h"         // outlive_readers
#include "dlis/base/result.h"          // Result, Status, Error
#include "dlis/base/statistics.h"      // median, quantile
#include "dlis/base/terminal.h"        // hold_standard_files
#include "dlis/base/text.h"            // parse_integer, unknown_name
#include "dlis/format/npy.h"           // load_npy, save_npy
#include "dlis/hardware/machine.h"     // machine_text
#include "dlis/runtime/classes.h"      // classes_of, computation_of
#include "dlis/runtime/file.h"         // load_dlis
#include "dlis/runtime/layer_costs.h"  // step_times, layer_costs
#include "dlis/runtime/measure.h"      // measure, measure_energy
#include "dlis/runtime/plan.h"         // make_plan, choices_of, save_choices
#include "dlis/runtime/session.h"      // Session
#include "dlis/runtime/start.h"        // start_file
