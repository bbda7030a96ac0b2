"""What people read: the command line, tables, figures, pages.

- `cli`, `commands`: `kvratio` and its commands, one module each; `inputs`, `output`, `progress`,
  `terminal`: what they share
- `compare`: policies side by side, in steps or in time; `convergence`: towards the fluid limit
- `bounds`, `hindsight`, `smallest`, `adversary`, `experiments`: the studies, each with its tables
- `document`: a report as plain data; `sections` make it from `material`, `report` writes it;
  `render` shows it as a page (its parts: `page`), Markdown, CSV, LaTeX, and draws the figures
- `runs`, `viewer`: files of schedules, and the page that shows them
- `simulator`, `good_schedules`: what the ledger of `proofs_check` asks for by name
- `published`: results that took long, and the pages made from them
"""

from pathlib import Path

PUBLISHED = Path(__file__).parent / "published"
