// Whether somebody is looking.
#pragma once
namespace dlis {

// One that moves its cursor and shows colours: a "dumb" one counts as none.
bool stdout_is_terminal();
// Whether somebody looks at what is printed there.
bool stderr_is_terminal();
int stderr_columns();  // the terminal's width; 80 where there is none

// Fills the numbers of standard files that were closed, so that no file is opened as one of them
// and gets the program's messages. The stand-ins refuse what they are for: output that goes nowhere
// is an error as before.
void hold_standard_files();

}  // namespace dlis
