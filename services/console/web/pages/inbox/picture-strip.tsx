import { useConfig } from '../../session/context.tsx';
import { IconButton } from '../../ui/button.tsx';
import { useObjectUrl } from '../../ui/use-medium.ts';
import { words } from '../../words.ts';
import styles from './composer.module.css';
import type { PictureProblem } from './composition.ts';
import type { Picture } from './pictures.ts';
import type { Pictures } from './use-pictures.ts';

interface PictureStripProps {
  readonly pictures: Pictures;
  readonly problems: ReadonlyMap<string, PictureProblem>;
  readonly hasText: boolean;
}

/** What will be sent, in its order; with what stands against a picture beside it. */
export const PictureStrip = ({ pictures, problems, hasText }: PictureStripProps) => {
  const { list } = pictures;
  if (list.length === 0) return null;
  const isOrdered = list.length > 1 || hasText;
  return (
    <ol className={styles.strip}>
      {list.map((picture, index) => (
        <li key={picture.key} className={styles.piece}>
          {isOrdered && <Place index={index} />}
          <Preview picture={picture} problem={problems.get(picture.key) ?? null} />
          <span className={styles.pieceTools}>
            {index > 0 && (
              <IconButton
                icon="back"
                label={words.composer.earlier(picture.file.name)}
                onClick={() => pictures.advance(picture.key)}
              />
            )}
            <IconButton
              icon="close"
              label={words.composer.remove(picture.file.name)}
              onClick={() => pictures.remove(picture.key)}
            />
          </span>
        </li>
      ))}
      {hasText && (
        <li className={styles.piece}>
          <Place index={list.length} />
          <span className={styles.pieceName}>{words.composer.textLast}</span>
        </li>
      )}
    </ol>
  );
};

const Place = ({ index }: { readonly index: number }) => (
  <span className={styles.place}>
    <span aria-hidden="true">{index + 1}</span>
    <span className="hidden-text">{words.composer.order(index + 1)}</span>
  </span>
);

const Preview = ({
  picture: { file },
  problem,
}: {
  readonly picture: Picture;
  readonly problem: PictureProblem | null;
}) => {
  const url = useObjectUrl(file);
  const { limits } = useConfig();
  const { composer } = words;
  const texts = {
    too_large: composer.tooLarge(composer.megabytes(file.size), composer.megabytes(limits.imageBytes)),
    wrong_type: composer.wrongType,
  };
  return (
    <>
      {problem !== 'wrong_type' && url !== null && <img className={styles.thumb} src={url} alt="" />}
      <span className={styles.pieceName}>
        {file.name}
        {problem !== null && (
          <b className={styles.pieceProblem} role="alert">
            {texts[problem]}
          </b>
        )}
      </span>
    </>
  );
};
