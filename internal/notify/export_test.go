package notify

// AfterQuiet is for tests.
var AfterQuiet = afterQuiet
