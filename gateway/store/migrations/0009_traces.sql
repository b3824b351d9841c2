-- What a task goes on with: the trace of the request that brought it about, as W3C Trace Context writes it.
ALTER TABLE tasks ADD COLUMN trace TEXT CHECK (length(trace) = 55);
