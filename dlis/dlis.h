// dlis, the Deep Learning Inference Stack: the whole public API.
//
// A stack is one choice per layer: network, compression, weight format, computation, device. The
// flow is one free function an arrow; each gives a Result (a value, or an error that makes one
// sentence):
//
//   auto graph = dlis::load_model("resnet20_cifar10.onnx");           // or a row: "vgg16@224"
//   auto small = dlis::compress(*graph, *dlis::parse_chain("weight_prune:zeros=0.9"));
//   auto plan = dlis::make_plan(*small, {.format = "csr", .threads = 2});
//   auto session = dlis::Session::open(*plan);
//   auto outputs = session->run(inputs);                              // std::vector<dlis::Tensor>
//
// or all of it for one stack, measured, or for the product of the axes, kept in a database:
//
//   auto record = dlis::evaluate(*dlis::parse_stack("vgg16 | none | auto | auto | cpu:2"), {});
//   auto result = dlis::sweep(space, options, "run.db", report);
//
// Values (Graph, Tensor, Record, Stack) are cheap to copy; a Plan is immutable and may be shared by
// threads; a Session belongs to one thread at a time. The library never prints, aborts or throws
// across this surface.
#pragma once

// Errors, bytes and text.
#include "dlis/base/clock.h"       // now_ms
#include "dlis/base/file.h"        // read_file, read_text, write_file_atomic
#include "dlis/base/process.h"     // process_id
#include "dlis/base/result.h"      // Result, Status, Error, Verdict
#include "dlis/base/statistics.h"  // median, quantile, Estimate
#include "dlis/base/terminal.h"    // stderr_is_terminal
#include "dlis/base/text.h"        // parse_integer, parse_bytes, format_bytes, unknown_name

// Layer 1, the network: Graph, its ONNX form, its rows.
#include "dlis/model/graph.h"      // Graph, Value, Node, macs_of, parameters_of, with_input_shape
#include "dlis/model/onnx/onnx.h"  // save_onnx, load_tensor_pb, save_tensor_pb
#include "dlis/model/op.h"         // Operator: what a node's op is
#include "dlis/model/passes.h"     // prepare
#include "dlis/model/zoo/zoo.h"    // models, build_model

// Layer 2, compression: compress, density_of, Choice; Training.
#include "dlis/compress/checkpoint.h"   // check_checkpoints
#include "dlis/compress/sensitivity.h"  // quantisation_sensitivity
#include "dlis/compress/strength.h"     // find_strength
#include "dlis/compress/technique.h"
#include "dlis/compress/train/training.h"

// Layer 3, data formats: Tensor, Format, formats; arrays of numpy.
#include "dlis/format/encoded.h"
#include "dlis/format/npy.h"  // load_npy, save_npy

// Layer 4, computation: problems and rows, schedules.
#include "dlis/compute/parallel/schedule.h"
#include "dlis/compute/row.h"  // ConvProblem, parse_conv_problem, conv_rows

// Layer 5, hardware: devices, what the machine is made of, its measured limits.
#include "dlis/hardware/ceiling.h"
#include "dlis/hardware/device.h"
#include "dlis/hardware/isa.h"
#include "dlis/hardware/machine.h"
#include "dlis/hardware/topology.h"

// Data: images with labels, and how they become an input.
#include "dlis/data/dataset.h"   // load_dataset, preprocessing_of
#include "dlis/data/download.h"  // fetch
#include "dlis/data/image.h"     // load_input_image
#include "dlis/data/sensors.h"   // make_sensors, activities

// Running: make_plan, explain, memory_frontier, save_choices, Session, measure.
#include "dlis/runtime/choice_cache.h"  // default_cache_file
#include "dlis/runtime/file.h"          // save_dlis, load_dlis
#include "dlis/runtime/layer_costs.h"   // LayerCost, step_times
#include "dlis/runtime/measure.h"
#include "dlis/runtime/plan.h"
#include "dlis/runtime/session.h"
#include "dlis/runtime/start.h"       // start_file
#include "dlis/runtime/throughput.h"  // measure_sessions
#include "dlis/runtime/timeline.h"    // record_timeline, chrome_trace

// Exploring: stacks, records, stores, what they mean.
#include "dlis/explore/accuracy.h"            // accuracy_of, wilson_interval
#include "dlis/explore/answer.h"              // answer
#include "dlis/explore/bench.h"               // bench_rows, roofline_ms
#include "dlis/explore/board_speeds.h"        // read_board, cores_of
#include "dlis/explore/break_even.h"          // break_even
#include "dlis/explore/budgeted.h"            // explore_within
#include "dlis/explore/capabilities_here.h"   // capabilities_here, lacking
#include "dlis/explore/command.h"             // command_of, parse_command
#include "dlis/explore/compare.h"             // compare
#include "dlis/explore/constraints.h"         // Constraints, parse_constraints
#include "dlis/explore/content.h"             // content_hash
#include "dlis/explore/describe.h"            // describe
#include "dlis/explore/evaluate.h"            // evaluate, plan_options
#include "dlis/explore/executor.h"            // Execution, executors
#include "dlis/explore/exploration.h"         // explore
#include "dlis/explore/export/export.h"       // export_record
#include "dlis/explore/export/pick.h"         // pick_record
#include "dlis/explore/format_bytes.h"        // format_bytes
#include "dlis/explore/layer_times.h"         // keep_layer_times
#include "dlis/explore/layers.h"              // layers_from_json
#include "dlis/explore/list.h"                // list_rows
#include "dlis/explore/load.h"                // load_model, parse_shape
#include "dlis/explore/observe.h"             // compress_options, load_training_images
#include "dlis/explore/pareto.h"              // pareto_front
#include "dlis/explore/plot.h"                // Plot, svg_of
#include "dlis/explore/predict.h"             // predict
#include "dlis/explore/published.h"           // read_published, reproduce
#include "dlis/explore/recipe.h"              // Recipe, load_recipe
#include "dlis/explore/record.h"              // Record, to_json, to_csv
#include "dlis/explore/record_file.h"         // write_record_file, read_record_file
#include "dlis/explore/report.h"              // table_of, formats_table, advice
#include "dlis/explore/report/html_report.h"  // html_report
#include "dlis/explore/resume.h"              // train
#include "dlis/explore/retraining.h"          // retrained, retraining_seconds
#include "dlis/explore/simulate_plan.h"       // simulate_plan
#include "dlis/explore/space.h"               // Space, stacks_of
#include "dlis/explore/stack.h"               // Stack, parse_stack, text_of, check_names
#include "dlis/explore/store.h"               // Store
#include "dlis/explore/sweep.h"               // sweep
#include "dlis/explore/table.h"               // text_table
#include "dlis/explore/target/target_row.h"   // target_rows
#include "dlis/explore/version.h"             // version, commit
