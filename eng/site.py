"""The documentation site around fsdocs: what goes in, what comes out, and whether its links hold.

    site.py stage INPUT API      copies docs/, notebooks and other pages to INPUT, with the front matter that fsdocs wants; API: folder of eng/reference.fsx
    site.py finish OUTPUT INPUT  puts in fragments, menu and scripts, makes all links relative
    site.py check OUTPUT         fails on a link that leads nowhere, and on anything that is loaded from elsewhere
"""
import glob
import html
import json
import os
import re
import shutil
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'notebook'))
from literate import text_of

ROOT = '/SITE-ROOT/'


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)


def menu():
    return json.loads(read('docs/site.json'))


def listed():
    return {page for pages in menu().values() for page in pages}


# ---- stage ----

def stage(target, api):
    shutil.copytree('docs', target, ignore=shutil.ignore_patterns('site.json', '*.fsx', '*.md'))
    for path in glob.glob('docs/**/*.md', recursive=True) + glob.glob('docs/*.fsx'):
        name = os.path.relpath(path, 'docs')
        page = os.path.splitext(name)[0]
        if page not in listed() and not page.startswith('decisions/'):
            raise SystemExit(f'eng/docs: {path} is not in docs/site.json, so nobody would find it')
        text = read(path)
        write(os.path.join(target, name), text if path.endswith('.fsx') else from_markdown(text, os.path.dirname(name)))
    write(f'{target}/contributing.md', from_markdown(read('CONTRIBUTING.md'), '', outside=True))
    write(f'{target}/changelog.md', from_markdown(read('CHANGELOG.md'), '', outside=True))
    for path in sorted(glob.glob('samples/Notebooks/[0-9]*.ipynb')):
        from_notebook(path, target)
    shutil.copytree(api, f'{target}/api')


def from_markdown(text, folder, outside=False):
    """Links between pages lead to pages; links to files of the repository become their names, since the site stands alone."""
    text = re.sub(r'<!-- given .*?-->\n*', '', text, flags=re.S)

    def link(match):
        words, to = match.group(1), match.group(2)
        path, anchor = (to.split('#', 1) + [''])[:2]
        if '://' in to or to.startswith('#'):
            return match.group(0)
        full = os.path.normpath(os.path.join('.' if outside else 'docs', folder, path))
        if full == 'docs/decisions':
            full = 'docs/decisions/README.md'
        page = {'CONTRIBUTING.md': 'contributing', 'CHANGELOG.md': 'changelog', 'README.md': 'index'}.get(full) or (
            os.path.splitext(os.path.relpath(full, 'docs'))[0] if full.startswith('docs/') and full.endswith(('.md', '.fsx')) else None)
        if page is None:
            return words if words.startswith('`') else f'{words} (`{full}`)'
        return f"[{words}]({os.path.relpath(page, folder or '.')}.html{'#' + anchor if anchor else ''})"

    return re.sub(r'(?<!!)\[([^\]\n]+)\]\(([^)\s]+)\)', link, text)


def from_notebook(path, target):
    """Texts for fsdocs, and a fragment for each cell of code with its outputs."""
    name = os.path.splitext(os.path.basename(path))[0]
    parts = []
    for cell in json.loads(read(path))['cells']:
        source = ''.join(cell['source'])
        if cell['cell_type'] == 'markdown':
            parts.append(source)
            continue
        outputs = ''.join(f'<div class="output">{shown(output)}</div>' for output in cell['outputs'])
        fragment = f"{name}-{cell['id']}"
        folded = source.startswith('// Plots as SVG')
        code = f'<pre><code class="language-fsharp">{html.escape(source)}</code></pre>'
        write(f'{target}/notebooks/{fragment}.fragment', (f'<details><summary>A few lines that draw plots</summary>{code}</details>' if folded else code) + outputs)
        parts.append(f'FRAGMENT-{fragment}')
    write(f'{target}/notebooks/{name}.md', '\n\n'.join(parts) + f'\n\nThis page is the notebook `samples/Notebooks/{name}.ipynb`, as it was last run.\n')


def shown(output):
    text = text_of(output)
    return text if 'text/html' in output.get('data', {}) else f'<pre>{html.escape(text)}</pre>'


# ---- finish ----

def finish(site, staged):
    fragments = {os.path.splitext(os.path.basename(path))[0]: read(path) for path in glob.glob(f'{staged}/**/*.fragment', recursive=True)}
    index = []
    for path in glob.glob(f'{site}/**/*.html', recursive=True):
        page = os.path.splitext(os.path.relpath(path, site))[0]
        text = read(path)
        text = re.sub(r'<p>FRAGMENT-([\w-]+?)</p>', lambda m: fragments[m.group(1)], text)
        text = re.sub(r'<table class="pre"><tr><td class="snippet"><pre class="fssnip[^"]*"><code lang="(\w+)">(.*?)</code></pre></td></tr></table>', code_block, text, flags=re.S)
        text = re.sub(r'<(h[1-4])>(<a name="[^"]*" class="anchor".*?</a>)</\1>', with_anchor, text, flags=re.S)
        text = text.replace('SITE-MENU', menu_html(page))
        text = text.replace(ROOT, os.path.relpath('.', os.path.dirname(page) or '.') + '/')
        text = re.sub(r'href="(?:\./)+', 'href="', text)
        write(path, text)
        main = re.search(r'<main>(.*?)</main>', text, re.S).group(1)
        title = re.search(r'<h1.*?>(.*?)</h1>', main, re.S)
        words = re.sub(r'\s+', ' ', html.unescape(re.sub(r'<(svg|script|style)\b.*?</\1>|<[^>]+>', ' ', main, flags=re.S)))
        index.append({'uri': page + '.html', 'title': html.unescape(re.sub(r'<[^>]+>', '', title.group(1))).strip() if title else page, 'text': words[:20000]})
    write(f'{site}/content/index.js', f'window.siteIndex = {json.dumps(index, ensure_ascii=False)};\n')
    for path in glob.glob(f'{site}/**/*', recursive=True):
        if path.endswith(('.fragment', '.md', 'llms.txt', 'llms-full.txt', 'NuGet.config')) or os.path.relpath(path, site) == 'index.json':
            os.remove(path)


def code_block(block):
    """Code in Markdown: F# stays as fsdocs coloured it, other languages are left to the page's scripts."""
    language, code = block.groups()
    if language == 'mermaid':
        return f'<pre class="mermaid">{code}</pre>'
    return f'<pre><code class="language-{language}">{re.sub(r"<[^>]+>", "", code)}</code></pre>'


def with_anchor(heading):
    """The place that a link in Markdown names, as code hosts make them of the words."""
    words = html.unescape(re.sub(r'<[^>]+>', '', heading.group(2))).strip().lower()
    slug = re.sub(r'[^\w\- ]', '', words).replace(' ', '-')
    return f'<{heading.group(1)} id="{slug}">{heading.group(2)}</{heading.group(1)}>'


def menu_html(current):
    return ''.join(
        f'<h2>{title}</h2><ul>' + ''.join(
            f'<li><a href="{ROOT}{page}.html"{" aria-current=page" if page == current else ""}>{html.escape(words)}</a></li>' for page, words in pages.items()) + '</ul>'
        for title, pages in menu().items())


# ---- check ----

class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.links, self.loaded, self.anchors = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.anchors.update(value for key in ('id', 'name') if (value := attributes.get(key)))
        if tag == 'a' and attributes.get('href') is not None:
            self.links.append(attributes['href'])
        self.loaded += [value for key in ('src', 'href') if tag in ('script', 'link', 'img', 'iframe', 'source') and (value := attributes.get(key))]


def check(site):
    pages = {os.path.relpath(path, site): Page(read(path)) for path in glob.glob(f'{site}/**/*.html', recursive=True)}
    wrong = []
    for name, page in pages.items():
        for link in page.links + page.loaded:
            to, anchor = urldefrag(link)
            if '://' in link or link.startswith('//'):
                if link in page.loaded:
                    wrong.append(f'{name} loads {link}')
                continue
            if link.startswith(('mailto:', 'data:')):
                continue
            target = os.path.normpath(os.path.join(os.path.dirname(name), unquote(to))) if to else name
            if not os.path.exists(os.path.join(site, target)) or os.path.isdir(os.path.join(site, target)):
                wrong.append(f'{name}: {link} leads nowhere')
            elif anchor and target in pages and unquote(anchor) not in pages[target].anchors:
                wrong.append(f'{name}: {link} has no such place')
        if 'FRAGMENT-' in read(os.path.join(site, name)):
            wrong.append(f'{name}: a fragment was not put in')
    for title, entries in menu().items():
        wrong += [f'docs/site.json: {page} is not a page' for page in entries if f'{page}.html' not in pages]
    for css in glob.glob(f'{site}/content/*.css'):
        wrong += [f'{css} loads {url}' for url in re.findall(r'url\((https?:[^)]*)\)|@import', read(css))]
    print('\n'.join(wrong) or f'{len(pages)} pages, {sum(len(p.links) for p in pages.values())} links: all lead somewhere, nothing is loaded from elsewhere')
    return 1 if wrong else 0


if __name__ == '__main__':
    action, *arguments = sys.argv[1:]
    sys.exit({'stage': stage, 'finish': finish, 'check': check}[action](*arguments))
