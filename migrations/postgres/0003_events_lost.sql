-- Code values that came later.
-- Made from wit/idb.dictionary by `cargo xtask generate`; do not edit.

INSERT INTO G_DICTIONARY (TYPEID, VALUEID, NAME, DESCRIPTION) VALUES
  (220, 8, 'events lost', 'Events of the source are missing'),
  (221, 8, 'events lost', 'Events of the source are missing'),
  (222, 8, 'events lost', 'Events of the source are missing'),
  (223, 8, 'events lost', 'Events of the source are missing'),
  (224, 8, 'events lost', 'Events of the source are missing');
