"""A literate F# script as a Jupyter notebook: what stands in (** … *) is Markdown, what is between is a cell of code.

(*** condition: fsx ***) and (*** condition: ipynb ***) head a cell that is only in the one or the other; (** *) ends a cell without
a text. A cell that ends in "|> show" ends in the bare value, which the notebook shows by itself. A line #load "file.fsx" is replaced by what
stands in that file, so that a notebook needs no file beside it.

    literate.py SCRIPT NOTEBOOK
"""
import json
import os
import re
import sys

PART = re.compile(r'\(\*\*\* *condition: *(\w+) *\*\*\*\)|\(\*\*(?!\*)(.*?)\*\)', re.S)


LOAD = re.compile(r'^#load "(.+)"$', re.M)


def cells(script, read=lambda name: ''):
    """(kind, text) of each cell, in order; kind is 'markdown' or 'code'."""
    found, condition, at = [], None, 0

    def code(text):
        text = text.strip('\n').rstrip()
        if text and condition != 'fsx':
            text = LOAD.sub(lambda load: read(load.group(1)).strip(), text)
            found.append(('code', re.sub(r'\s*\|> show$', '', text)))

    for part in PART.finditer(script):
        code(script[at:part.start()])
        condition, at = part.group(1), part.end()
        if part.group(2) is not None and part.group(2).strip():
            found.append(('markdown', part.group(2).strip()))
    code(script[at:])
    return found


def notebook(script, read=lambda name: ''):
    def cell(number, kind, text):
        made = {'cell_type': kind, 'id': f'cell-{number:02}', 'metadata': {}, 'source': text.splitlines(keepends=True)}
        return made if kind == 'markdown' else made | {'execution_count': None, 'outputs': []}

    return {
        'cells': [cell(i, kind, text) for i, (kind, text) in enumerate(cells(script, read), 1)],
        'metadata': {
            'kernelspec': {'display_name': '.NET (F#)', 'language': 'F#', 'name': '.net-fsharp'},
            'language_info': {'file_extension': '.fs', 'mimetype': 'text/x-fsharp', 'name': 'F#', 'pygments_lexer': 'fsharp'},
        },
        'nbformat': 4,
        'nbformat_minor': 5,
    }


def clean(executed):
    """An executed notebook without what differs from run to run or loads scripts from elsewhere: times, ports, the kernel's own messages."""
    for cell in executed['cells']:
        cell['metadata'] = {}
        if cell['cell_type'] == 'code':
            cell['outputs'] = [tidy(output) for output in cell['outputs'] if not of_kernel(output)]
    executed['metadata']['language_info'].pop('version', None)
    return executed


def text_of(output):
    data = output.get('data', {})
    text = output.get('text') or data.get('text/html') or data.get('text/plain') or ''
    return text if isinstance(text, str) else ''.join(text)


def of_kernel(output):
    text = text_of(output)
    return 'dotnet-interactive-this-cell' in text or 'Installed Packages' in text or 'Installing Packages' in text


def tidy(output):
    for holder, key in [(output, 'text'), (output.get('data', {}), 'text/html'), (output.get('data', {}), 'text/plain')]:
        if key in holder:
            text = holder[key] if isinstance(holder[key], str) else ''.join(holder[key])
            holder[key] = text.replace('\r\n', '\n').splitlines(keepends=True)
    return output


def write(made, path):
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(made, file, ensure_ascii=False, indent=1)
        file.write('\n')


if __name__ == '__main__':
    def read(name):
        with open(os.path.join(os.path.dirname(sys.argv[1]), name), encoding='utf-8') as file:
            return file.read()

    write(notebook(read(os.path.basename(sys.argv[1])), read), sys.argv[2])
