"""A PROV-JSON file against the schema of the W3C member submission (draft 4)."""

import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1], encoding="utf-8"))
document = json.load(open(sys.argv[2], encoding="utf-8"))
errors = list(jsonschema.Draft4Validator(schema).iter_errors(document))
for error in errors[:5]:
    print(f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}", file=sys.stderr)
print(f"  schema: {len(document.get('activity', {}))} activities, {len(document.get('entity', {}))} entities")
sys.exit(1 if errors else 0)
