"""Compares an executed notebook with the stored one: the same cells, the same texts, numbers equal within a tolerance.

    compare.py STORED EXECUTED            prints each difference; exit code 1 if there is one, or if a cell failed
    compare.py --store EXECUTED STORED    stores what was executed

A cell that holds the words "varies from run to run" is only compared in how many outputs it has.
"""
import json
import re
import sys

from literate import clean, text_of, write

NUMBER = re.compile(r'[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?')
RELATIVE, ABSOLUTE = 1e-5, 1e-9


def same_text(stored, executed):
    """None if the texts are the same but for the last digits of numbers, else what differs first."""
    if NUMBER.sub('#', stored) != NUMBER.sub('#', executed):
        return f'{shortened(stored)}\n  is now\n{shortened(executed)}'
    for a, b in zip(NUMBER.findall(stored), NUMBER.findall(executed)):
        if a != b and not abs(float(a) - float(b)) <= max(ABSOLUTE, RELATIVE * max(abs(float(a)), abs(float(b))), last_digit(a), last_digit(b)):
            return f'{a} is now {b} in {shortened(executed)}'
    return None


def last_digit(number):
    """A printed number may be rounded the other way: one unit in its last place."""
    mantissa, _, exponent = number.lower().partition('e')
    _, point, fraction = mantissa.partition('.')
    return 1.01 * 10.0 ** (int(exponent or 0) - len(fraction)) if point else 0.0


def shortened(text):
    return text if len(text) < 400 else f'{text[:200]} … {text[-200:]}'


def differences(stored, executed):
    for cell in executed['cells']:
        for output in cell.get('outputs', []):
            if output['output_type'] == 'error':
                yield f"{cell['id']} failed: {output.get('ename')}: {output.get('evalue')}"
            if output['output_type'] == 'stream' and output.get('name') == 'stderr':
                yield f"{cell['id']} writes to the error stream: {text_of(output)}"
    ours, theirs = stored['cells'], executed['cells']
    if [(c['cell_type'], ''.join(c['source'])) for c in ours] != [(c['cell_type'], ''.join(c['source'])) for c in theirs]:
        yield 'the cells are not those of the script: run eng/notebooks --update'
        return
    for old, new in zip(ours, theirs):
        before, after = old.get('outputs', []), new.get('outputs', [])
        if len(before) != len(after):
            yield f"{old['id']} had {len(before)} outputs, and now has {len(after)}"
        elif 'varies from run to run' not in ''.join(old['source']):
            for a, b in zip(before, after):
                if problem := same_text(text_of(a), text_of(b)):
                    yield f"{old['id']}: {problem}"


def load(path):
    with open(path, encoding='utf-8') as file:
        return clean(json.load(file))


if __name__ == '__main__':
    if sys.argv[1] == '--store':
        write(load(sys.argv[2]), sys.argv[3])
    else:
        found = list(differences(load(sys.argv[1]), load(sys.argv[2])))
        for difference in found:
            print(f'{sys.argv[1]}: {difference}')
        sys.exit(1 if found else 0)
