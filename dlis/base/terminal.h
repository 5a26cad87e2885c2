// Whether somebody is looking.
#pragma once
namespace dlis {

bool stderr_is_terminal();
int stderr_columns();  // the terminal's width; 80 where there is none

}  // namespace dlis
