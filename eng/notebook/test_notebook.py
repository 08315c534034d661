"""python3 -m unittest discover eng/notebook"""
import unittest

from compare import differences, same_text
from literate import cells, clean, notebook

SCRIPT = '''(**
# Title

Words.
*)
(*** condition: fsx ***)
#load "script.fsx"
(*** condition: ipynb ***)
#r "nuget: X"
(** *)
let x = 1
x |> show
(** More words. *)
x + 1
|> show
'''


def executed(*texts):
    made = notebook('\n(** *)\n'.join(f'let v{i} = 1' for i in range(len(texts))))
    for cell, text in zip(made['cells'], texts):
        cell['outputs'] = [{'output_type': 'stream', 'name': 'stdout', 'text': [text]}]
    return made


class Literate(unittest.TestCase):
    def test_cells(self):
        self.assertEqual(cells(SCRIPT), [
            ('markdown', '# Title\n\nWords.'), ('code', '#r "nuget: X"'), ('code', 'let x = 1\nx'), ('markdown', 'More words.'), ('code', 'x + 1')])

    def test_a_loaded_file_is_put_in_its_place(self):
        self.assertEqual(cells('#load "a.fsx"\nlet x = 1', lambda name: f'// {name}\n'), [('code', '// a.fsx\nlet x = 1')])

    def test_messages_of_the_kernel_are_dropped(self):
        made = executed('a')
        made['cells'][0]['outputs'].insert(0, {'output_type': 'display_data', 'data': {'text/html': ["<div id='dotnet-interactive-this-cell-1'>"]}})
        made['cells'][0]['metadata'] = {'execution': {'iopub.status.busy': 'now'}}
        self.assertEqual(clean(made), executed('a'))


class Compare(unittest.TestCase):
    def check(self, stored, now, same):
        self.assertEqual(same_text(stored, now) is None, same, (stored, now))

    def test_numbers(self):
        self.check('a 1.0000001 b', 'a 1.0000002 b', True)
        self.check('x="100.4"', 'x="100.5"', True)
        self.check('3', '4', False)
        self.check('1.00', '1.02', False)
        self.check('1e-12', '2e-12', True)
        self.check('-0.5', '0.5', False)
        self.check('NaN', '1.0', False)
        self.check('<td>1</td>', '<td>1</td><td>2</td>', False)
        self.check('abc', 'abd', False)

    def test_same(self):
        self.assertEqual(list(differences(executed('a', '1.5'), executed('a', '1.5000000001'))), [])

    def test_other_text_is_found(self):
        self.assertEqual(len(list(differences(executed('a', 'b'), executed('a', 'c')))), 1)

    def test_other_cells_are_found(self):
        self.assertEqual(len(list(differences(executed('a', 'b'), executed('a')))), 1)

    def test_a_lost_output_is_found(self):
        now = executed('a')
        now['cells'][0]['outputs'] = []
        self.assertEqual(len(list(differences(executed('a'), now))), 1)

    def test_an_error_is_found_even_if_stored(self):
        failed = executed('a')
        failed['cells'][0]['outputs'] = [{'output_type': 'error', 'ename': 'Error', 'evalue': 'no'}]
        self.assertEqual(len(list(differences(failed, failed))), 1)

    def test_what_varies_may(self):
        stored, now = executed('1 s'), executed('2 s')
        for made in (stored, now):
            made['cells'][0]['source'] = ['// varies from run to run']
        self.assertEqual(list(differences(stored, now)), [])


if __name__ == '__main__':
    unittest.main()
